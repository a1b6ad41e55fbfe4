import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { mysqlStorage } from '@connect-integration/storage-sql'
import { pageNumber } from '../fixtures/examples.ts'

const hooks = new URL('../fixtures/from-source.mjs', import.meta.url).href

/** So many processes that migrate from the same moment on; rejects when one of them fails. */
export async function migrateInProcesses(url: string, tablePrefix: string, count: number): Promise<void> {
  const children = Array.from({ length: count }, () => start('migrateOnce', url, tablePrefix))
  const exits = children.map((child) => once(child, 'exit'))
  await Promise.all(children.map((child) => once(child.stdout, 'data')))
  for (const child of children) child.stdin.write('go\n')
  for (const [code] of await Promise.all(exits)) if (code !== 0) throw new Error(`a process that migrated ended with exit code ${code}`)
}

/** A process of its own that commits page after page of one account and says so each time, until it is killed. */
export async function startMysqlProcess(url: string, accountId: string) {
  const child = start('commitForEver', url, accountId)
  return {
    /** Kills it when that many pages are reported, and gives back how many were. */
    async killAfter(pages: number): Promise<number> {
      const exited = once(child, 'exit')
      let reported = 0
      for await (const line of createInterface({ input: child.stdout })) {
        reported = Number(line)
        if (reported === pages) child.kill('SIGKILL')
      }
      const [code, signal] = await exited
      if (signal !== 'SIGKILL') throw new Error(`the process ended by itself (exit code ${code}) after ${reported} pages`)
      return reported
    },
  }
}

export async function commitForEver(url: string, accountId: string): Promise<never> {
  const storage = mysqlStorage(url)
  const [claimed] = await storage.claim({ owner: 'victim', leaseMs: 600_000, limit: 1, accountId })
  for (let number = 1; ; number++) {
    await storage.commit({ ...pageNumber(number, claimed!.fence), accountId })
    console.log(number)
  }
}

export async function migrateOnce(url: string, tablePrefix: string): Promise<void> {
  const storage = mysqlStorage(url, { tablePrefix })
  // Connected before all begin at once.
  await storage.pending()
  console.log('ready')
  await once(process.stdin, 'data')
  await storage.migrate()
  await storage.close()
  process.stdin.destroy()
}

/** Runs one of the functions of this file in a process of its own. */
function start(job: 'commitForEver' | 'migrateOnce', url: string, name: string) {
  const script = `await (await import(${JSON.stringify(import.meta.url)})).${job}(process.argv[1], process.argv[2])`
  return spawn(process.execPath, ['--no-warnings', '--import', hooks, '--input-type=module', '-e', script, url, name], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}
