import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Tells the parent something while the job goes on. */
export type Say = (word: unknown) => void

/** What a child process sends: that it is ready, a word, its answer, or why it has none. */
export type Message = { ready: true } | { said: unknown } | { answer: unknown } | { failed: string }

export interface Child {
  /** Lets it begin. */
  go(): void
  /** What it says, as it comes; ends with the process. */
  readonly words: AsyncIterable<unknown>
  /** What it answered; rejects where it failed or ended without an answer. */
  readonly answer: Promise<unknown>
  /** SIGKILL: nothing of it runs any more. Resolves when it is gone. */
  kill(): Promise<void>
}

export interface ChildOptions {
  /** Absolute path of the adapter's module, which the child loads for itself. */
  module: string
  place: string
  /** Options of Node itself, such as `--import`; this process's own unless given. */
  execArgv?: readonly string[]
}

/** Longer than any job takes, on a machine that is busy with other things too: a child that is silent for so long waits for a lock that nobody gives back. Milliseconds. */
const SILENCE = 180_000

/** Starts a process on the same store; resolves when it has opened it and waits for `go`. */
export async function startChild(job: string, argument: unknown, options: ChildOptions): Promise<Child> {
  const { module, place, execArgv = process.execArgv } = options
  const child = fork(fileURLToPath(childScript()), [module, place, job, JSON.stringify(argument)], {
    execArgv: [...execArgv],
    // What the adapter prints is for people: not on the standard output, which may be read by a program.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const inbox = messagesOf(child)
  const first = await inbox.next()
  if (first.done || !('ready' in first.value)) {
    child.kill('SIGKILL')
    const reason = first.done || !('failed' in first.value) ? `it ended with exit code ${child.exitCode}` : first.value.failed
    throw new Error(`another process could not open the store at the same place: ${reason}`)
  }
  return conversation(child, inbox)
}

function conversation(child: ChildProcess, inbox: AsyncIterator<Message>): Child {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  // Whoever kills a child does not wait for its answer.
  promise.catch(() => undefined)
  const words = (async function* () {
    for (let next = await inbox.next(); !next.done; next = await inbox.next()) {
      if ('said' in next.value) yield next.value.said
      if ('answer' in next.value) return resolve(next.value.answer)
      if ('failed' in next.value) return reject(new Error(`another process failed: ${next.value.failed}`))
    }
    reject(new Error(`another process ended without an answer (exit code ${child.exitCode}, signal ${child.signalCode})`))
  })()
  return {
    go: () => void child.send('go'),
    words,
    answer: promise,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** The messages of a child in their order, until its channel is closed. */
async function* messagesOf(child: ChildProcess): AsyncGenerator<Message, void> {
  const waiting: (Message | null)[] = []
  let wake = () => {}
  const put = (message: Message | null) => {
    waiting.push(message)
    wake()
  }
  child.on('message', (message) => put(message as Message))
  child.once('disconnect', () => put(null))
  child.once('error', (error) => put({ failed: error.message }))
  for (;;) {
    const next = waiting.shift()
    if (next === null) return
    if (next) yield next
    else
      await new Promise<void>((resolve) => {
        const silence = setTimeout(() => {
          child.kill('SIGKILL')
          put({ failed: `it said nothing for ${SILENCE / 1000} seconds, and was killed` })
        }, SILENCE)
        wake = () => {
          clearTimeout(silence)
          resolve()
        }
      })
  }
}

/** Beside this file in the source, and beside the bin in the build. */
function childScript() {
  return new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url)
}
