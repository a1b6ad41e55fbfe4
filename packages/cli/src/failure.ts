/** Exit codes: what a script can tell apart. */
export const Exit = {
  /** Done, or nothing to do. */
  DONE: 0,
  /** It was tried and failed, or was not confirmed. */
  FAILED: 1,
  /** The command line or the configuration has to be changed first. */
  WRONG: 2,
} as const
export type Exit = (typeof Exit)[keyof typeof Exit]

/** Ends a command with a message that is meant for the reader as it is. */
export class Failure extends Error {
  readonly exit: Exit

  constructor(message: string, exit: Exit, cause?: unknown) {
    super(message, { cause })
    this.exit = exit
  }
}
