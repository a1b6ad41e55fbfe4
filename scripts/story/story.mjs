import { chapters } from './chapters.mjs'
import { createStage } from './stage.mjs'

/** Plays every chapter on one stage; one that fails does not stop the telling. Returns how many checks failed. */
export async function tellStory() {
  const stage = await createStage()
  try {
    for (const [place, chapter] of chapters.entries()) {
      stage.title(place + 1, chapter.title)
      try {
        await chapter.play(stage)
      } catch (error) {
        stage.check(`this chapter came to its end (${error.code ?? error.name}: ${error.message})`, false)
        break // What follows builds on it.
      }
    }
  } finally {
    await stage.close()
  }
  const { passed, failed } = stage.verdict()
  console.log(
    `\n${failed === 0 ? '✓ The database says what the source says.' : '✗ The database differs from the source; the lines above say where.'}\n\n${passed} passed, ${failed} failed`,
  )
  return failed
}
