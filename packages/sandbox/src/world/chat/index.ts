import type { Category, SourceRecord } from '../category.ts'
import { day, moment } from '../dates.ts'
import { defineCategory } from '../define.ts'
import { inventPerson, mailName } from '../people.ts'
import type { Scribe } from '../scribe.ts'
import { models } from './models.ts'

const groups = ['everyone', 'on-call', 'münchen']
const channels = ['general', 'random', 'support', 'deploys', 'lunch-🍜', 'kundenprojekte', 'incidents']
const bodies = [
  'Good morning!',
  'Deploy is through, nothing red so far.',
  'Kann jemand kurz auf den PR schauen?',
  'Lunch at 12:30? 🍜',
  'The customer confirms that it works.\nThank you all!',
  '<@everyone> fire drill at three',
  '+1',
  'ありがとうございます',
]

/** A messenger: people, channels, and what they say there. */
export const chat: Category = defineCategory({
  name: 'chat',
  main: 'Message',
  labels: { change: 'Edit a message', add: 'Post a message', remove: 'Delete a message' },
  models,
  populate(scribe, size) {
    const people = Math.max(4, Math.ceil(size / 50))
    const long = moment(scribe.today - 1100 * day)
    const times = { remote_created_at: long, remote_updated_at: long }
    const inGroup = (person: number, group: number) => group === 0 || (person + group) % 4 === 0
    groups.forEach((name, group) => {
      const members = Array.from({ length: people }, (_, person) => person).filter((person) => inGroup(person, group))
      scribe.write('Group', `group-${group + 1}`, {
        name,
        users: members.map((person) => scribe.id('User', `user-${person + 1}`)),
        ...times,
      })
    })
    for (let person = 0; person < people; person++) {
      const theirs = groups.flatMap((_, group) => (inGroup(person, group) ? [scribe.id('Group', `group-${group + 1}`)] : []))
      writeUser(scribe, person + 1, { groups: theirs, ...times })
    }
    for (let index = 1; index <= Math.max(channels.length, Math.ceil(size / 60)); index++) writeConversation(scribe, index, times)
    for (let index = 1; index <= size; index++) writeMessage(scribe, `message-${index}`, Math.floor(((size - index) / size) * 400))
  },
  add: (scribe, key) => writeMessage(scribe, key, 0),
  edits: {
    Message: (random, number) => ({ body: `${random.pick(bodies)} (edited, ${number})` }),
    User: (_random, number) => ({ display_name: `Renamed ${number}` }),
  },
})

function writeUser(scribe: Scribe, index: number, more: Record<string, unknown>): void {
  const person = inventPerson(scribe.random)
  const bot = index % 20 === 4
  scribe.write('User', `user-${index}`, {
    username: bot ? `deploy-bot-${index}` : mailName(person, index),
    display_name: bot ? 'Deploy bot' : person.given,
    first_name: bot ? null : person.given,
    last_name: bot ? null : person.family,
    is_bot: bot,
    avatar: `https://chat.example/avatars/${index}.png`,
    ...more,
  })
}

function writeConversation(scribe: Scribe, index: number, times: Record<string, unknown>): void {
  const channel = channels[index - 1]
  scribe.write('Conversation', `conversation-${index}`, {
    name: channel ?? null,
    description: channel === undefined ? null : `Everything about ${channel}`,
    url: `https://chat.example/c/${index}`,
    type: channel === undefined ? scribe.random.pick(['ONE_ON_ONE_CHAT', 'GROUP_CHAT']) : 'PUBLIC_INTERNAL',
    members: scribe.some('User', channel === undefined ? 2 : 12),
    ...times,
  })
}

function writeMessage(scribe: Scribe, key: string, age: number): SourceRecord {
  const { random, today } = scribe
  const said = moment(today - age * day - random.integer(600) * 60_000)
  const answered = random.chance(0.25) && scribe.all('Message').length > 0 ? random.pick(scribe.all('Message')) : null
  // A thread is one level deep.
  const root = answered?.fields.root_message_id === null ? answered : null
  return scribe.write('Message', key, {
    user_id: scribe.one('User'),
    conversation_id: root?.fields.conversation_id ?? scribe.one('Conversation'),
    body: random.pick(bodies),
    root_message_id: root?.id ?? null,
    url: `https://chat.example/m/${key}`,
    ...{ remote_created_at: said, remote_updated_at: said },
  })
}
