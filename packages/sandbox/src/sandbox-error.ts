/** The sandbox was asked for something that is not there. The message says what, and what there is. */
export class SandboxError extends Error {
  override name = 'SandboxError'
}
