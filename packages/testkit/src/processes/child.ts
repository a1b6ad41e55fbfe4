import { once } from 'node:events'
import { messageOf, realClock } from '../storage/run-check.ts'
import { loadFactory } from '../tool/load-factory.ts'
import type { Message } from './children.ts'
import { jobs } from './jobs.ts'
import type { Job } from './process-check.ts'

/** A process of its own on a shared store: says that it is ready, waits to be let go, does its job and answers. It may be killed at any time. */
const [module = '', place = '', job = '', argument = 'null'] = process.argv.slice(2)

try {
  const factory = await loadFactory(module)
  const { storage } = await factory({ clock: realClock, place })
  send({ ready: true })
  await once(process, 'message')
  const work = (jobs as unknown as Record<string, Job<unknown, unknown>>)[job]
  if (!work) throw new Error(`there is no job "${job}"`)
  const answer = await work(storage, JSON.parse(argument), (said) => send({ said }))
  await storage.close()
  // JSON would drop an answer that is undefined, and with it the message's kind.
  send({ answer: answer ?? null }, () => process.exit(0))
} catch (error) {
  send({ failed: messageOf(error) }, () => process.exit(1))
}

function send(message: Message, sent?: () => void) {
  // A parent that has gone has no use for the rest.
  if (!process.connected) process.exit(1)
  process.send!(message, undefined, undefined, sent)
}
