import type { Storage } from '@connect-integration/server/storage'
import type { Migration, SqlStorage } from '@connect-integration/storage-sql'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { loadConfig } from '../config.ts'
import { Exit, Failure } from '../failure.ts'
import type { Terminal } from '../terminal.ts'

const usage = `Usage: connect-integration migrate [options]

Brings the tables of your storage up to date. Shows what would be done and asks before it does it.

  --dry-run         show it and stop
  --sql             show the SQL too
  --yes, -y         do not ask
  --config <path>   your configuration; default connect-integration.config.ts (or .mts, .js, .mjs) in this folder

Your configuration exports the storage:

  export const storage = sqliteStorage('integrations.db')

Exit codes: 0 done or nothing to do · 1 failed or not confirmed · 2 wrong arguments or configuration`

const OPTIONS = {
  'dry-run': { type: 'boolean', default: false },
  sql: { type: 'boolean', default: false },
  yes: { type: 'boolean', short: 'y', default: false },
  config: { type: 'string' },
} as const

export const migrate: Command = {
  summary: 'bring the tables of your storage up to date',
  usage,

  async run(args, terminal) {
    const options = readArguments(args, OPTIONS, usage)
    const { name, storage } = await loadConfig(terminal.folder, options.config)
    try {
      const steps = hasPlan(storage) ? await storage.pending() : null
      if (steps?.length === 0) {
        terminal.say('Nothing to do: the database is up to date.')
        return Exit.DONE
      }
      terminal.say(steps ? plan(name, steps, options.sql ? terminal.dim : null) : noPlan(name))
      if (options['dry-run']) {
        terminal.say('\nA dry run: nothing was changed.')
        return Exit.DONE
      }
      if (!options.yes && !(await confirmed(terminal))) {
        terminal.say('Nothing was changed.')
        return Exit.FAILED
      }
      await storage.migrate()
      terminal.say(`${options.yes ? '\n' : ''}${result(steps)}`)
      return Exit.DONE
    } finally {
      await storage.close()
    }
  },
}

function hasPlan(storage: Storage): storage is SqlStorage {
  return typeof (storage as Partial<SqlStorage>).pending === 'function'
}

function plan(config: string, steps: readonly Migration[], dim: Terminal['dim'] | null): string {
  const heading = `${config}: ${steps.length === 1 ? '1 step' : `${steps.length} steps`} to apply.`
  const parts = steps.map(({ version, name, statements }) => {
    const line = `  ${version}  ${name}`
    return dim ? `\n${line}\n\n${dim(statements.map((sql) => indented(`${sql};`)).join('\n'))}` : line
  })
  return `${heading}\n${dim ? '' : '\n'}${parts.join('\n')}`
}

function noPlan(config: string): string {
  return `${config}: this storage cannot show what it would do. It brings its tables up to date by itself, or leaves them alone.`
}

function result(steps: readonly Migration[] | null): string {
  return steps ? `Done: the schema is at version ${steps.at(-1)?.version}.` : 'Done.'
}

async function confirmed(terminal: Terminal): Promise<boolean> {
  terminal.say('')
  if (terminal.interactive) return terminal.confirm('Apply?')
  throw new Failure('Nothing was changed: nobody is here to confirm. Pass --yes to apply it, or --dry-run to look only.', Exit.FAILED)
}

function indented(sql: string): string {
  return sql.replace(/^(?=.)/gm, '     ')
}
