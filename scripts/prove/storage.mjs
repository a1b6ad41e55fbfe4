const MODULE = new URL('../../packages/storage-sql/test/fixtures/simulated.ts', import.meta.url).href

/** What the simulation's threads need for that kind of storage, and how to end it. A PostgreSQL server comes from npm, in a folder of its own. */
export async function startStorage(kind) {
  if (kind === 'memory') return { storage: undefined, stop: async () => {} }
  if (kind === 'sqlite') return { storage: { module: MODULE, options: { kind } }, stop: async () => {} }
  const { startEmbeddedPostgres } = await import('../../packages/storage-sql/test/support/postgres-server.ts')
  const server = await startEmbeddedPostgres({ fsync: 'off', full_page_writes: 'off' })
  return { storage: { module: MODULE, options: { kind, url: server.url } }, stop: () => server.stop() }
}
