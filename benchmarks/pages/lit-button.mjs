import { css, html, LitElement } from 'lit'

// The least that a button as an element of its own can be: a label, a slot, a look, and no behavior.
class PlainButton extends LitElement {
  static properties = { disabled: { type: Boolean, reflect: true } }
  static styles = css`
    :host { display: inline-block; }
    button { min-height: 44px; padding: 0.5em 2.25em; border: 1px solid transparent; border-radius: 0.5em; background: #1f56d8;
      color: #fff; font: inherit; font-weight: 600; cursor: pointer; }
  `

  render() {
    return html`<button type="button" ?disabled=${this.disabled}><slot></slot></button>`
  }
}
customElements.define('plain-button', PlainButton)

export async function draw(parent, count) {
  const elements = Array.from({ length: count }, () => {
    const element = document.createElement('plain-button')
    element.textContent = 'Connect your HR system'
    return element
  })
  parent.append(...elements)
  await elements.at(-1).updateComplete
}
