// Between a small letter or a digit and a capital, and before the last capital of several that a small
// letter follows.
const boundary = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu

/**
 * Sets the words of an identifier apart where its case changes: `parseHTTPHeader` becomes
 * `parse HTTP Header`. A tokenizer that lowers case no longer sees where they were, and cuts
 * `parsehttpheader` into pieces that mean nothing; at underscores it cuts by itself.
 */
export function splitIdentifiers(text: string): string {
  return text.replace(boundary, ' ')
}
