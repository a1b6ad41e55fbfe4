import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { WAIT_LIMIT_MS } from '../../../../scripts/time-limits.mjs'

export interface PostgresServer {
  /** For the names of tests. */
  readonly name: string
  readonly isEmbedded: boolean
  /** Of a database that is this run's own. */
  readonly url: string
  stop(): Promise<void>
}

/** Of the server from npm; nobody else's. */
export const PASSWORD = 'correct-horse-battery'

/** The real server from npm, in a folder of its own, on a port of its own; gone after `stop`. About half a second. */
export async function startEmbeddedPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-postgres-'))
  const { binaries, owner } = accessible(await nativeBinaries(), folder)
  const data = join(folder, 'data')
  const secret = join(folder, 'password')
  writeFileSync(secret, PASSWORD)
  const cluster = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${secret}`, '-E', 'UTF8', '--locale=C', '--no-sync']
  const made = spawnSync(join(binaries, 'initdb'), cluster, { ...owner, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`initdb of embedded-postgres failed: ${made.error?.message ?? made.stderr}`)

  const port = await freePort()
  const all = { listen_addresses: '127.0.0.1', port: `${port}`, unix_socket_directories: '', max_connections: '60', ...settings }
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(join(binaries, 'postgres'), ['-D', data, ...options], { ...owner, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(server, 'exit')
  const said: string[] = []
  const ready = new Promise<void>((resolve, reject) => {
    const lines = createInterface(server.stderr)
    lines.on('line', (line) => {
      said.push(line)
      if (line.includes('ready to accept connections')) resolve()
    })
    server.once('exit', () => reject(new Error(`embedded-postgres ended before it was ready:\n${said.join('\n')}`)))
  })
  await ready
  return {
    name: 'embedded PostgreSQL',
    isEmbedded: true,
    url: `postgresql://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`,
    async stop() {
      // At once, without a last checkpoint: nobody opens this folder again.
      server.kill('SIGQUIT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A database of its own on the server that `POSTGRES_URL` names, or on the one that answers on this machine; `null` when there is neither. */
export async function useInstalledPostgres(): Promise<PostgresServer | null> {
  const named = process.env.POSTGRES_URL
  const server = named ?? 'postgresql://postgres@127.0.0.1:5432/postgres'
  const name = `connect_integration_test_${process.pid}_${Date.now()}`
  const admin = new pg.Client({ connectionString: server, connectionTimeoutMillis: WAIT_LIMIT_MS })
  try {
    await admin.connect()
  } catch (error) {
    if (named) throw new Error(`POSTGRES_URL names a server that cannot be used: ${(error as { code?: string }).code}`)
    return null
  }
  await admin.query(`CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = name
  return {
    name: named ? 'the server in POSTGRES_URL' : 'the server on 127.0.0.1:5432',
    isEmbedded: false,
    url: url.href,
    async stop() {
      await letGo(admin, name)
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.end()
    },
  }
}

/** Not for ever: a connection that is being closed would be cut off, and its client throws that where nobody can catch it. */
async function letGo(admin: pg.Client, database: string): Promise<void> {
  for (let looks = 0; looks < WAIT_LIMIT_MS / 50; looks++) {
    const { rows } = await admin.query('SELECT 1 FROM pg_stat_activity WHERE datname = $1 LIMIT 1', [database])
    if (rows.length === 0) return
    await admin.query('SELECT pg_sleep(0.05)')
  }
}

/** embedded-postgres brings a package for each platform, which only it can see. */
async function nativeBinaries(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const from = createRequire(import.meta.resolve('embedded-postgres'))
  return join(dirname(from.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native', 'bin')
}

/** PostgreSQL refuses to run as root, so that it runs as nobody then, who may have to be given a copy that it can reach. */
function accessible(binaries: string, folder: string) {
  if (process.getuid?.() !== 0) return { binaries, owner: {} }
  const owner = { uid: 65534, gid: 65534 }
  chownSync(folder, owner.uid, owner.gid)
  chmodSync(folder, 0o755)
  if (spawnSync(join(binaries, 'postgres'), ['--version'], { ...owner, cwd: folder }).status === 0)
    return { binaries, owner: { ...owner, cwd: folder } }
  cpSync(dirname(binaries), join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  return { binaries: join(folder, 'native', 'bin'), owner: { ...owner, cwd: folder } }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
