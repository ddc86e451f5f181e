import { existsSync } from 'node:fs'

/** Where Debian has its Chromium, and where others have it or Chrome. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
] as const

/** The browser of this machine; where there is none, the place where Debian has it. */
export const browserPath: string = places.find((place) => existsSync(place)) ?? places[0]
