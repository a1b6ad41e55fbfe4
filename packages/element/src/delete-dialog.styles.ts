import { css } from 'lit'

export const dialogStyles = css`
dialog {
  width: min(26em, 100vw - 2em);
  padding: 1.5em;
  border: 1px solid var(--_line);
  border-radius: calc(var(--_radius) * 2);
  background: var(--_surface);
  color: var(--_ink);
  overflow-wrap: anywhere;
}
dialog::backdrop {
  background: rgb(10 15 30 / 0.5);
}
h2 {
  font-size: 1.125em;
}
dialog p {
  margin-block-start: 0.5em;
}
dialog bdi {
  font-weight: 600;
}
.choice {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5em;
  justify-content: end;
  margin-block-start: 1.25em;
}
[part='confirm'] {
  border-color: transparent;
  background: light-dark(#b3191f, #ffb3ae);
  color: light-dark(#fff, #3d0a0c);
  font-weight: 600;
}
`
