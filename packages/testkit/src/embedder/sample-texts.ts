/** Pieces of code about different things, each with a question that it answers. */
export const answeredQuestions: readonly {
  readonly question: string
  readonly document: string
}[] = [
  {
    question: 'retry a failed request',
    document:
      'def retry_request(request, attempts):\n    """Retry a failed request."""\n    for attempt in range(attempts):\n        response = send(request)\n        if not response.failed:\n            return response',
  },
  {
    question: 'parse date from string',
    document:
      '// parse a date from a string\nfunction parseDate(string) {\n  const [year, month, day] = string.split("-")\n  return new Date(year, month, day)\n}',
  },
  {
    question: 'open database connection',
    document:
      'func OpenDatabase(dsn string) (*Connection, error) {\n\t// open the database connection\n\tdatabase, err := sql.Open(driver, dsn)\n\treturn &Connection{database}, err\n}',
  },
  {
    question: 'sort list of numbers',
    document:
      'fn sort_numbers(list: &mut Vec<i64>) {\n    // sort the list of numbers in place\n    list.sort_unstable();\n}',
  },
  {
    question: 'render button component',
    document:
      'export const Button = ({ label, onClick }) => (\n  // render the button component\n  <button className="button" onClick={onClick}>{label}</button>\n)',
  },
]

/** Texts that break careless embedders: none of them may make a call fail. */
export const oddTexts: readonly string[] = [
  '',
  ' ',
  '\n\r\n\t ',
  '\u0000',
  '\ud800',
  'a \udc00 b',
  '\ud83d',
  '😀',
  '👩‍👩‍👧',
  '日本語のコメント',
  'שלום עולם',
  'e\u0301\u0301\u0301\u0301',
  '\ufeffconst a = 1',
  '{}[]();,.!?"\'`\\/<>|&^%$#@~',
  '[CLS] [SEP] [PAD] <s> </s> <|endoftext|>',
  '0123456789'.repeat(20),
  'x',
]

/** Longer than any model looks at: many words, one word, no space. */
export const longTexts: readonly string[] = [
  'const value = compute(argument)\n'.repeat(6000),
  'a'.repeat(100_000),
  '😀'.repeat(20_000),
]
