import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ConnectsJob, Order, Told } from './plan.ts'

const hooks = new URL('../fixtures/from-source.mjs', import.meta.url).href
const script = new URL('./process.ts', import.meta.url).pathname

/** Processes of one product. */
export interface Processes {
  /** Where each takes webhooks. */
  ports: number[]
  /** Gives each its own order and waits for all of their answers. */
  carryOut<Answer extends Told>(orders: Order[]): Promise<Answer[]>
  stop(): Promise<void>
}

/** Resolves when all of them listen. */
export async function startProcesses(count: number, job: ConnectsJob): Promise<Processes> {
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['--no-warnings', '--import', hooks, script, JSON.stringify(job)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  )
  const ports = (await Promise.all(children.map((child) => answerOf<{ port: number }>(child)))).map(({ port }) => port)
  return {
    ports,
    carryOut<Answer extends Told>(orders: Order[]) {
      return Promise.all(
        children.map((child, index) => {
          child.send(orders[index]!)
          return answerOf<Answer>(child)
        }),
      )
    },
    async stop() {
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return
          const ended = once(child, 'exit')
          if (child.connected) child.send({ do: 'stop' } satisfies Order)
          else child.kill('SIGKILL')
          await ended
        }),
      )
    },
  }
}

function answerOf<Answer extends Told>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`a process of the product ended with exit code ${code}`))
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.off('exit', onExit)
      resolve(message as Answer)
    })
  })
}
