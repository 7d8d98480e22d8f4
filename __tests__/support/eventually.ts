/**
 * Waits until a condition holds; a test that waits in vain says for what. What takes a second may take a minute
 * on a slow machine that is busy, and a deadline that is met costs nothing.
 */
export const eventually = async (
  what: string,
  condition: () => Promise<boolean> | boolean,
  timeoutMs = 60_000,
): Promise<void> => {
  const deadline = Date.now() + timeoutMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
