// `npm run dev`: builds the program again after each change of a source file. The manual page, the licences and the bill
// of materials stay as `npm run build` wrote them.
import { watch } from 'rolldown'
import { programs } from './program.mjs'

watch(programs).on('event', async (event) => {
  if (event.code === 'BUNDLE_END') console.log(`Built in ${event.duration} ms.`)
  if (event.code === 'ERROR') console.error(event.error.message)
  await event.result?.close()
})
