import { existsSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { StorageFactory } from '../storage/fixture.ts'
import { messageOf } from '../storage/run-check.ts'
import { KitError } from './kit-error.ts'

const EXAMPLE = `export default ({ clock, place }) => ({ storage: myStorage(place, { clock }), clock, close: async () => {} })`

/** The factory that a module exports as `default` or as `createStorage`. Says what is wrong with a module that has none or cannot be loaded. */
export async function loadFactory(path: string): Promise<StorageFactory> {
  const file = resolve(path)
  if (!existsSync(file)) throw new KitError(`There is no file ${file}. Pass the path of a module that exports your adapter's factory.`)
  const module = await load(file)
  const exported = module.default ?? module.createStorage
  // A CommonJS module with `exports.default`, as a compiler writes it, comes with one more layer.
  const factory = typeof exported === 'object' && exported !== null && 'default' in exported ? exported.default : exported
  if (typeof factory === 'function') return factory as StorageFactory
  const found = Object.keys(module).join(', ') || 'nothing'
  throw new KitError(
    `${path} exports no factory (it exports ${found}). Export a function as default or as "createStorage":\n\n  ${EXAMPLE}`,
  )
}

async function load(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>
  } catch (error) {
    throw new KitError(`${file} cannot be loaded: ${advice(error, extname(file)) ?? messageOf(error)}`, { cause: error })
  }
}

function advice(error: unknown, extension: string): string | undefined {
  const code = (error as NodeJS.ErrnoException | null)?.code
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return `Node ${process.versions.node} does not run ${extension} files by itself. For TypeScript in a .ts file use Node 22.18 or later, or set NODE_OPTIONS=--experimental-strip-types; otherwise pass the compiled module.`
  }
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    return `it has TypeScript that is more than types (an enum, a namespace, a parameter property), which Node does not run. Rewrite that part, or pass the compiled module.\n${messageOf(error)}`
  }
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING') {
    return `it is TypeScript in node_modules, which Node does not run. Pass the compiled module.`
  }
  return undefined
}
