import type { ElementEventMap } from './events.ts'
import type { ElementClasses, elementTable } from './generated/element-table.ts'

/** The tags of this package. */
export type ElementName = keyof ElementClasses

export type ElementOf<Name extends ElementName> = ElementClasses[Name]

/** What can be set on the element from JavaScript, by the names of the properties. */
export type PropertiesOf<Name extends ElementName> = Partial<
  Pick<ElementOf<Name>, (keyof Attributes<Name> | Table[Name]['properties'][number]) & keyof ElementOf<Name>>
>

/** What has no attribute: functions and objects. */
export type ObjectsOf<Name extends ElementName> = Partial<Pick<ElementOf<Name>, Table[Name]['properties'][number] & keyof ElementOf<Name>>>

/** What can be written in HTML, by the names of the attributes. */
export type AttributesOf<Name extends ElementName> = {
  [Property in keyof Attributes<Name> & keyof ElementOf<Name> as Attributes<Name>[Property] & string]?: ElementOf<Name>[Property]
}

/** `onSuccess` and the like, which are told the detail first, and the event for whoever needs it. */
export type CallbacksOf<Name extends ElementName> = {
  [Callback in keyof Events<Name>]?: (detail: DetailOf<EventOf<Events<Name>[Callback]>>, event: EventOf<Events<Name>[Callback]>) => void
}

/** Listeners under the name of the event, with what a framework writes before it. */
export type ListenersOf<Name extends ElementName, Prefix extends string> = {
  [Event in EventsOf<Name> as `${Prefix}${Event}`]?: (event: EventOf<Event>) => void
}

/** The events by name. */
export type EventsOf<Name extends ElementName> = Events<Name>[keyof Events<Name>] & keyof ElementEventMap

type Table = typeof elementTable
type Attributes<Name extends ElementName> = Table[Name]['attributes']
type Events<Name extends ElementName> = Table[Name]['events']
export type EventOf<Event> = ElementEventMap[Event & keyof ElementEventMap]
type DetailOf<Event> = Event extends CustomEvent<infer Detail> ? Detail : never
