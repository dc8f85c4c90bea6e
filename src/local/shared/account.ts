/** The account of every runtime. */
export const account = '000000000000';
export const partition = 'aws';
