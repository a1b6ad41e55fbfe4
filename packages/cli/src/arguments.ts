import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { Exit, Failure } from './failure.ts'

/** The options of a command; an unknown one, a missing value or a stray word ends it. */
export function readArguments<Options extends ParseArgsOptionsConfig>(args: string[], options: Options, usage: string) {
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    throw new Failure(`${(error as Error).message}\n\n${usage}`, Exit.WRONG, error)
  }
}
