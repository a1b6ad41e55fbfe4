#!/usr/bin/env node
import { run } from './run.ts'
import { processTerminal } from './terminal.ts'

// Node's remarks about its own SQLite and about TypeScript are not about anything that the reader did.
process.removeAllListeners('warning')
process.on('warning', ({ name, message }) => {
  if (name !== 'ExperimentalWarning') process.stderr.write(`${name}: ${message}\n`)
})

const exit = await run(process.argv.slice(2), processTerminal())
// A configuration may hold connections open that nobody here knows of.
process.stdout.write('', () => process.exit(exit))
