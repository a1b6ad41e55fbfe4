import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { MysqlPool, MysqlPoolConnection, MysqlQuery } from '@connect-integration/storage-sql'

/** Asked before each statement; what it throws, the server would have. */
export type Before = (sql: string, prepared: { values: MysqlQuery['values']; connection: MysqlPoolConnection }) => unknown

/** The pool, but before each statement `before` is asked. */
export function intercepted(pool: MysqlPool, before: Before): MysqlPool {
  return {
    async getConnection() {
      const inner = await pool.getConnection()
      const outer: MysqlPoolConnection = {
        query: async (sql: string) => {
          await before(sql, { values: [], connection: inner })
          return inner.query(sql)
        },
        execute: async (options: MysqlQuery) => {
          await before(options.sql, { values: options.values, connection: inner })
          return inner.execute(options)
        },
        release: () => inner.release(),
        destroy: () => inner.destroy(),
      }
      return outer
    },
  }
}

/** What mysql2 rejects with when the server says no. */
export function serverError(errno: number, message = 'as the server puts it'): Error {
  return Object.assign(new Error(message), { errno, code: `ER_${errno}`, sqlState: 'HY000' })
}

export interface Proxy {
  readonly port: number
  /** The next statement that contains `text` (after \u0003, in the packet, when it begins with it) reaches the server, and its answer reaches nobody: the line is cut. */
  swallowAnswerTo(text: string): void
  close(): Promise<void>
}

/** A line to the server that can be cut at the worst moment: when it has done as it was told and says so. */
export async function startProxy(target: { host: string; port: number }): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let swallow: string | undefined
  const server = createServer((client) => {
    const upstream = connect(target)
    let mute = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    client.on('data', (bytes) => {
      if (swallow !== undefined && bytes.includes(swallow)) {
        swallow = undefined
        mute = true
      }
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (mute) client.destroy()
      else client.write(bytes)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as { port: number }).port,
    swallowAnswerTo: (text) => {
      swallow = text
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
