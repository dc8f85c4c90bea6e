/** Keys of the actions, by the name of the action. */
export const actionKeys = {
  cancel: 'c',
  retry: 'r',
  approve: 'a',
  reject: 'x',
  pause: 'p',
  resume: 'u',
  repair: 'm',
  redrive: 'D',
  copy: 'y',
  open: 'o',
} as const;
