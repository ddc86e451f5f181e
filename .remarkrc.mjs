// Relative links and headings named in the Markdown of this repository lead somewhere.
import remarkGfm from 'remark-gfm'
import remarkValidateLinks from 'remark-validate-links'

export default {
  plugins: [remarkGfm, [remarkValidateLinks, { repository: false }]],
}
