import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const hooks = new URL('../fixtures/from-source.mjs', import.meta.url).href
const script = new URL('./postgres-process.ts', import.meta.url).pathname

export interface Child {
  readonly process: ChildProcess
  /** What it says, as it says it; ends with the process. */
  readonly answers: AsyncIterable<unknown>
}

/** Runs one job in a process for each name, all from the same moment on, and gives back everything that they said. */
export async function raceProcesses(job: string, url: string, names: readonly string[]): Promise<unknown[]> {
  const children = await Promise.all(names.map((name) => startProcess(job, url, name)))
  for (const child of children) child.process.stdin!.write('go\n')
  return (await Promise.all(children.map(everything))).flat()
}

/** Starts one that waits for a line. */
export async function startProcess(job: string, url: string, name: string): Promise<Child> {
  const child = spawn(process.execPath, ['--no-warnings', '--import', hooks, script, job, url, name], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.value !== 'ready') throw new Error(`the process "${job}" ended before it was ready (exit code ${child.exitCode})`)
  return { process: child, answers: parsed(lines) }
}

async function* parsed(lines: AsyncIterator<string>) {
  for (let line = await lines.next(); !line.done; line = await lines.next()) yield JSON.parse(line.value) as unknown
}

async function everything({ process: child, answers }: Child) {
  const exited = once(child, 'exit')
  const all: unknown[] = []
  for await (const answer of answers) all.push(answer)
  const [code] = await exited
  if (code !== 0) throw new Error(`a process ended with exit code ${code}`)
  return all
}
