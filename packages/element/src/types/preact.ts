// Preact takes the events by their whole name: `onconnect-success`.
import type { ClassAttributes, HTMLAttributes } from 'preact'
import type { AttributesOf, ElementName, ElementOf, ListenersOf, ObjectsOf } from '../element-types.ts'

type Own<Name extends ElementName> = AttributesOf<Name> & ObjectsOf<Name> & ListenersOf<Name, 'on'>
type Tags = { [Name in ElementName]: ClassAttributes<ElementOf<Name>> & Omit<HTMLAttributes<ElementOf<Name>>, keyof Own<Name>> & Own<Name> }

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements extends Tags {}
  }
}
