// Solid takes the events as `on:connect-success`, and functions and objects as `prop:headers`.
import type { JSX } from 'solid-js'
import type { AttributesOf, ElementName, ElementOf, ListenersOf, ObjectsOf } from '../element-types.ts'

type Own<Name extends ElementName> = AttributesOf<Name> & {
  [Property in keyof ObjectsOf<Name> as `prop:${Property & string}`]?: ObjectsOf<Name>[Property]
} & ListenersOf<Name, 'on:'>
type Tags = { [Name in ElementName]: Omit<JSX.HTMLAttributes<ElementOf<Name>>, keyof Own<Name>> & Own<Name> }

declare module 'solid-js' {
  namespace JSX {
    interface IntrinsicElements extends Tags {}
  }
}
