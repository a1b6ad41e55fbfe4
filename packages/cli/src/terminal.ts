import { createInterface } from 'node:readline/promises'
import { styleText } from 'node:util'

/** Whom a command talks to, and where it runs. */
export interface Terminal {
  /** Where a configuration is looked for, and what paths are relative to. */
  readonly folder: string
  /** Whether somebody is there to answer. */
  readonly interactive: boolean
  /** One or more lines for the reader. */
  say(text: string): void
  /** The same for what went wrong, apart from the output that a script may read. */
  complain(text: string): void
  /** Less important than the rest: grey where there are colours, plain elsewhere. */
  dim(text: string): string
  /** `true` for yes; everything else is a no, and so is the end of the input. */
  confirm(question: string): Promise<boolean>
}

/** The terminal of this process. No colours and no questions where its output or its input is none; no colours under `NO_COLOR`. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process
  return {
    folder: process.cwd(),
    interactive: stdin.isTTY === true && stdout.isTTY === true,
    say: (text) => void stdout.write(`${text}\n`),
    complain: (text) => void stderr.write(`${text}\n`),
    dim: (text) => styleText('dim', text, { stream: stdout }),
    async confirm(question) {
      const lines = createInterface({ input: stdin, output: stdout })
      const end = new AbortController()
      lines.once('close', () => end.abort())
      try {
        const answer = await lines.question(`${question} [y/N] `, { signal: end.signal })
        return /^y(es)?$/i.test(answer.trim())
      } catch {
        // Ctrl-C or Ctrl-D.
        return false
      } finally {
        lines.close()
      }
    },
  }
}
