/** True if the long forms of the tests run (`npm run test:full`). */
export const full = process.env['ORDERS_TEST_FULL'] !== undefined;
