import type { Command } from './command.ts'
import { migrate } from './commands/migrate.ts'
import { Exit, Failure } from './failure.ts'
import type { Terminal } from './terminal.ts'

const COMMANDS: ReadonlyMap<string, Command> = new Map([['migrate', migrate]])

/**
 * The whole command line: `run(['migrate', '--yes'], terminal)`. Resolves with the exit code and never rejects:
 * 0 when it is done or there was nothing to do, 1 when it failed or was not confirmed, 2 when the arguments or the configuration are wrong.
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<Exit> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.say(overview())
    return Exit.DONE
  }
  const command = COMMANDS.get(name)
  if (!command) {
    terminal.complain(`There is no command "${name}".\n\n${overview()}`)
    return Exit.WRONG
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.say(command.usage)
    return Exit.DONE
  }
  try {
    return await command.run(rest, terminal)
  } catch (error) {
    terminal.complain(error instanceof Error ? error.message : String(error))
    return error instanceof Failure ? error.exit : Exit.FAILED
  }
}

function overview(): string {
  const width = Math.max(...[...COMMANDS.keys()].map((name) => name.length))
  const lines = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(width)}   ${summary}`)
  return `Usage: connect-integration <command> [options]\n\n${lines.join('\n')}\n\nconnect-integration <command> --help tells more.`
}
