import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function temporaryFile() {
  const folder = mkdtempSync(join(tmpdir(), 'drizzle-storage-'))
  return { path: join(folder, 'integrations.db'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}
