import { existsSync } from 'node:fs'
import { basename, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Storage } from '@connect-integration/server/storage'
import { Exit, Failure } from './failure.ts'

const NAMES = ['ts', 'mts', 'js', 'mjs'].map((extension) => `connect-integration.config.${extension}`)

export interface Config {
  /** As the reader would write it. */
  readonly name: string
  readonly storage: Storage
}

/** Runs the user's configuration. `path` is relative to `folder`; without one the usual names are looked for there. */
export async function loadConfig(folder: string, path: string | undefined): Promise<Config> {
  const file = find(folder, path)
  const name = relative(folder, file) || file
  const storage = storageOf(await load(file, name))
  if (storage === undefined) {
    throw new Failure(
      `${name} exports no storage. Make it a constant, and export it beside your integrations:\n\n` +
        `  export const storage = sqliteStorage('integrations.db')\n` +
        `  export default integrationsFromEnv({ storage, … })`,
      Exit.WRONG,
    )
  }
  if (isStorage(storage)) return { name, storage }
  throw new Failure(
    `What ${name} exports as "storage" is no storage: it has no migrate(). Export what sqliteStorage() returned.`,
    Exit.WRONG,
  )
}

function find(folder: string, path: string | undefined): string {
  if (path !== undefined) {
    const file = resolve(folder, path)
    if (existsSync(file)) return file
    throw new Failure(`There is no file ${file}. Pass the path of your configuration with --config.`, Exit.WRONG)
  }
  const found = NAMES.map((name) => resolve(folder, name)).find((file) => existsSync(file))
  if (found) return found
  throw new Failure(
    `There is no connect-integration.config.ts (or .mts, .js, .mjs) in ${folder}.\nRun this where yours is, or pass its path with --config.`,
    Exit.WRONG,
  )
}

async function load(file: string, name: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && message.includes(basename(file))) {
      throw new Failure(
        `${name} is TypeScript, which Node ${process.version} does not read by itself. Use Node 22.18 or newer, or write it as connect-integration.config.mjs.`,
        Exit.WRONG,
        error,
      )
    }
    throw new Failure(`${name} could not be loaded: ${message ?? String(error)}`, Exit.WRONG, error)
  }
}

/** `export const storage`, or an object with it as the default; a storage itself will do too. */
function storageOf(module: Record<string, unknown>): unknown {
  const main = module.default as Record<string, unknown> | null | undefined
  return module.storage ?? main?.storage ?? (isStorage(main) ? main : undefined)
}

function isStorage(value: unknown): value is Storage {
  const { contract, migrate } = (value ?? {}) as Partial<Storage>
  return contract !== undefined && typeof migrate === 'function'
}
