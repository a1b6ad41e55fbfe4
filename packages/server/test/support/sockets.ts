import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Sleep } from '../../src/system.ts'

/** Servers on this machine, for what only a real connection shows. */
export function sockets() {
  const open: (() => void)[] = []
  return {
    /** The address that it listens at. */
    async listen(listener: RequestListener): Promise<string> {
      const server = createServer(listener).listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      open.push(() => {
        server.closeAllConnections()
        server.close()
      })
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    },
    close() {
      for (const end of open.splice(0)) end()
    },
  }
}

/** Deadlines never come and pauses are over at once: nothing waits but for the network. */
export const hurried: Sleep = (ms, options) =>
  new Promise((resolve, reject) => {
    if (ms < 25_000) setImmediate(resolve)
    options?.signal?.addEventListener('abort', () => reject(options.signal?.reason), { once: true })
  })
