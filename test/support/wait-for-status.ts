import { vi } from 'vitest';
import { readStatus } from './order-status.ts';
import type { Project } from './project.ts';

/** Waits until an order of a project has a status. */
export async function waitForStatus(
  { root }: Pick<Project, 'root'>,
  orderId: string,
  status: string,
): Promise<void> {
  await vi.waitUntil(async () => (await readStatus(root, orderId)) === status);
}
