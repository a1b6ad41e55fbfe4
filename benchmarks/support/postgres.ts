import { connectTo } from './pg.ts'

/** On which server it is measured. */
const SERVER = process.env.POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres'

/**
 * Calls `work` with the URL of an empty database, which is dropped afterwards; without a server `otherwise` with the reason.
 * A server that was named and cannot be used is an error.
 */
export async function withPostgres<Answer>(work: (url: string) => Promise<Answer>, otherwise: (reason: string) => Answer): Promise<Answer> {
  const admin = await connectTo(SERVER).catch((error: { code?: string }) => {
    if (process.env.POSTGRES_URL) throw new Error(`POSTGRES_URL names a server that cannot be used (${error.code}).`)
    return null
  })
  if (admin === null) return otherwise('needs a PostgreSQL server: set POSTGRES_URL, or start one on 127.0.0.1:5432')
  const name = `connect_integration_bench_${process.pid}`
  await admin.query(`CREATE DATABASE ${name}`)
  const url = new URL(SERVER)
  url.pathname = name
  try {
    return await work(url.href)
  } finally {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
    await admin.end()
  }
}
