import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { mysqlStorage } from '@connect-integration/storage-sql'
import { pageNumber } from '../fixtures/examples.ts'

const hooks = new URL('../fixtures/from-source.mjs', import.meta.url).href

/** A process of its own that commits page after page of one account and says so each time, until it is killed. */
export async function startMysqlProcess(url: string, accountId: string) {
  const script = `await (await import(${JSON.stringify(import.meta.url)})).commitForEver(process.argv[1], process.argv[2])`
  const child = spawn(process.execPath, ['--no-warnings', '--import', hooks, '--input-type=module', '-e', script, url, accountId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
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
