/** Lambda's wording of signals. A process whose heap is full aborts. */
const signals: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

/** Returns how Lambda describes the exit of a process. `status` is its exit code or the name of its signal. */
export function exitText(status: number | string): string {
  if (status === 0) return 'without providing a reason';
  const how =
    typeof status === 'number' ? `exit status ${status}` : `signal: ${signals[status] ?? status}`;
  return `with error: ${how}`;
}
