import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Runs one of the programs in a fresh process, with more of Node's flags if need be, and returns what it reports. Rejects with what it wrote when it fails. */
export async function runProgram<Answer>(
  name: string,
  args: readonly (string | number)[] = [],
  more: readonly string[] = [],
): Promise<Answer> {
  const { stdout } = await run(process.execPath, [...flags, ...more, fileOf(name), ...args.map(String)], { maxBuffer: 16 * 1024 * 1024 })
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
}

/** What a fake Merge is like. */
export interface Fake {
  records: number
  /** Before each answer about an account. */
  latencyMs: number
  /** What it counts requests over, so as to refuse those beyond the allowance. Absent: it refuses none. */
  windowMs?: number
}

/** Calls `work` with the URL of such a fake Merge. */
export async function withFakeMerge<Answer>(fake: Fake, work: (url: string) => Promise<Answer>): Promise<Answer> {
  const file = join(import.meta.dirname, 'fake-merge.ts')
  const child = spawn(process.execPath, [...flags, file, `${fake.records}`, `${fake.latencyMs}`, `${fake.windowMs ?? 0}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const port = await new Promise<string>((resolve, reject) => {
      createInterface(child.stdout).once('line', resolve)
      child.once('exit', () => reject(new Error('The fake Merge ended before it listened; its own words are above.')))
    })
    return await work(`http://127.0.0.1:${port}/api`)
  } finally {
    child.kill()
  }
}

/** Calls `work` with an empty folder, and removes it afterwards. */
export async function withFolder<Answer>(work: (folder: string) => Promise<Answer>): Promise<Answer> {
  const folder = await mkdtemp(join(tmpdir(), 'connect-integration-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const flags = ['--disable-warning=ExperimentalWarning']

function fileOf(name: string): string {
  return join(import.meta.dirname, '..', 'programs', `${name}.ts`)
}
