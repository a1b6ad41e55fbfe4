import { parseArgs } from 'node:util'
import { KitError } from './kit-error.ts'

export const USAGE = `connect-integration-testkit: does your storage adapter keep the contract?

  connect-integration-testkit ./my-adapter.ts --profile atomic --processes 4 --kill

The module exports a factory, as default or as "createStorage": ({ clock, place }) => ({ storage, clock, close }).

  --profile atomic|ordered   what the adapter says of itself
  --processes 4              also race that many real processes on one store
  --kill                     also kill processes in the middle of their work
  --only text                only the checks whose name has this text
  --repeat 1                 run all so many times: a check that holds by chance fails sooner or later
  --json report.json         write the result for programs
  --badge badge.svg          write it for a README

Exit code 0: it keeps the contract. 1: a check failed. 2: the kit could not run.`

export interface Arguments {
  module: string
  profile: 'atomic' | 'ordered'
  /** 0: in one process only. */
  processes: number
  kill: boolean
  only: string | undefined
  repeat: number
  json: string | undefined
  badge: string | undefined
}

/** `null`: somebody asks for help. Throws a `KitError` that says which argument is wrong. */
export function readArguments(args: readonly string[]): Arguments | null {
  const { values, positionals } = parsed(args)
  if (values.help) return null
  const [module, ...more] = positionals
  if (module === undefined) throw new KitError(`Which adapter? Pass the path of its module.\n\n${USAGE}`)
  if (more.length > 0) throw new KitError(`One module at a time: "${more.join('", "')}" is too much.`)
  const { profile, only, json, badge, kill = false } = values
  if (profile !== 'atomic' && profile !== 'ordered')
    throw new KitError('--profile is needed: atomic or ordered, as the adapter says of itself.')
  const processes = whole('processes', values.processes, 2, 64)
  return { module, profile, processes: processes ?? 0, kill, only, repeat: whole('repeat', values.repeat, 1, 10_000) ?? 1, json, badge }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        profile: { type: 'string' },
        processes: { type: 'string' },
        kill: { type: 'boolean' },
        only: { type: 'string' },
        repeat: { type: 'string' },
        json: { type: 'string' },
        badge: { type: 'string' },
      },
    })
  } catch (error) {
    throw new KitError(`${(error as Error).message}\n\n${USAGE}`)
  }
}

function whole(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new KitError(`--${name} is "${text}": pass a whole number from ${least} to ${most}.`)
}
