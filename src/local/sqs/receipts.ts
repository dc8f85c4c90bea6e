import { createHash, randomUUID } from 'node:crypto';

/** Creates a receipt handle. It shows for which queue it was created, even after its message is deleted. */
export function createReceipt(queue: string): string {
  const id = randomUUID();
  return `${id}.${sign(queue, id)}`;
}

/** Reports whether a text is a receipt handle of the queue. */
export function isReceipt(queue: string, receipt: string): boolean {
  const [id = '', signature = ''] = receipt.split('.');
  return signature !== '' && signature === sign(queue, id);
}

function sign(queue: string, id: string): string {
  return createHash('sha256').update(`${queue}/${id}`).digest('base64url').slice(0, 22);
}
