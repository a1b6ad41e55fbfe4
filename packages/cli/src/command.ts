import type { Exit } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** One word of the command line; each is a file in `commands/`. */
export interface Command {
  /** For the list of commands, in one line. */
  readonly summary: string
  readonly usage: string
  run(args: string[], terminal: Terminal): Promise<Exit>
}
