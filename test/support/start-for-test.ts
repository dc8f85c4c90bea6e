import type { ChildProcess } from 'node:child_process';
import { onTestFinished } from 'vitest';
import type { Project } from './project.ts';

/** Starts a command in a process of its own, which is killed at the end of the test: also if the test fails before it waits for the process. */
export function startForTest(project: Project, ...argv: string[]): ChildProcess {
  const child = project.start(...argv);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}
