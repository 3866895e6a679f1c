/** Header values by lower-case name. */
export type HeaderMap = Readonly<Record<string, string | readonly string[] | undefined>>
