/** The roles of users and pipelines, and the commands of each. */
import { commandCalls } from './command-calls.ts';

export const roles = ['deploy', 'operate', 'observe'] as const;
export type Role = (typeof roles)[number];

/** Commands that show only statuses, counts and settings, without the content of orders. */
const observeCommands = [
  'list',
  'list --paused',
  'watch',
  'metrics',
  'ui',
  'review list',
  'versions',
  'doctor',
];

const deployCommands = [
  'deploy',
  'deploy --smoke',
  'deploy --canary',
  'diff',
  'destroy',
  'destroy --running',
  'versions rollback',
  'versions prune',
];

/** The commands of each role, by their names in `commandCalls`. */
export const roleCommands: Readonly<Record<Role, readonly string[]>> = {
  observe: observeCommands,
  operate: Object.keys(commandCalls).filter((command) => !deployCommands.includes(command)),
  deploy: [...deployCommands, 'versions', 'doctor'],
};
