const accepted = new Set<string>()

/** The server has accepted a task, which it may not know of before its first event is stored. */
export function noteAccepted(taskId: string): void {
  accepted.add(taskId)
}

/** Whether the server has accepted the task since the page was opened. */
export function wasAccepted(taskId: string): boolean {
  return accepted.has(taskId)
}
