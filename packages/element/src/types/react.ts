// For the tags in React's own JSX; the components of `./react` have their types with them. React listens to `Success`
// when it is told `onSuccess`, so here the events have their whole name: `onconnect-success` (React 19).
import type { ClassAttributes, HTMLAttributes } from 'react'
import type { AttributesOf, ElementName, ElementOf, ListenersOf, ObjectsOf } from '../element-types.ts'

type Own<Name extends ElementName> = AttributesOf<Name> & ObjectsOf<Name> & ListenersOf<Name, 'on'>
type Tags = { [Name in ElementName]: ClassAttributes<ElementOf<Name>> & Omit<HTMLAttributes<ElementOf<Name>>, keyof Own<Name>> & Own<Name> }

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements extends Tags {}
  }
}
