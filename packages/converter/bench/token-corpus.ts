/** A text and what it is an example of. */
export interface Sample {
  readonly name: string
  readonly kind: 'code' | 'prose' | 'JSON' | 'log'
  readonly text: string
  /** How far the estimate may be off, as a part of the exact count; default 0.12. */
  readonly tolerance?: number
}

const schema = {
  type: 'object',
  properties: {
    location: { type: 'string', description: 'City and country, for example "Oslo, Norway"' },
    unit: { type: 'string', enum: ['celsius', 'fahrenheit'], description: 'Unit of the temperature' },
    days: { type: 'integer', minimum: 1, maximum: 14, description: 'How many days to forecast' },
  },
  required: ['location'],
  additionalProperties: false,
}

/** A tool as requests declare it. */
export const tool = { name: 'get_forecast', description: 'Tells the weather of the next days for a place.', schema }

/** Texts the estimator is measured on. */
export const textCorpus: readonly Sample[] = [
  {
    name: 'English',
    kind: 'prose',
    text: `Breakers trip one by one. At first only the slowest account is taken out of rotation; then, as errors accumulate, its neighbours follow. Operators who watch the dashboard see a column of amber lights and, a minute later, green ones again. Nothing was restarted. The retry budget kept the outage from multiplying, and the last healthy account was never closed, however badly it behaved.`,
  },
  {
    name: 'German',
    kind: 'prose',
    text: `Am Morgen prüft die Betriebsleiterin zuerst das Protokoll der vergangenen Nacht. Zwei Konten waren vorübergehend nicht erreichbar, doch kein einziger Aufruf ist verloren gegangen. Sie notiert die Uhrzeit, öffnet die Konfigurationsdatei und senkt die Gewichtung des langsameren Anbieters um ein Drittel.`,
    tolerance: 0.18,
  },
  {
    name: 'French',
    kind: 'prose',
    text: `Chaque matin, la responsable relit le journal de la nuit. Deux comptes étaient momentanément injoignables, pourtant aucun appel n'a été perdu. Elle note l'heure, ouvre le fichier de configuration et diminue d'un tiers le poids du fournisseur le plus lent, puis elle va chercher un café.`,
  },
  {
    name: 'Spanish',
    kind: 'prose',
    text: `Cada mañana la encargada lee el registro de la noche. Dos cuentas no respondían, pero no se perdió ninguna llamada. Anota la hora, abre el archivo de configuración y reduce en un tercio el peso del proveedor más lento. Después vuelve a su mesa y escribe un informe breve para el equipo.`,
  },
  {
    name: 'Russian',
    kind: 'prose',
    text: `Каждое утро она читает журнал прошедшей ночи. Две учётные записи были временно недоступны, однако ни один вызов не потерялся. Она записывает время, открывает файл настроек и уменьшает вес самого медленного поставщика на треть, а потом идёт пить кофе с коллегами.`,
  },
  {
    name: 'Chinese',
    kind: 'prose',
    text: `每天早上，她都会先查看前一天夜里的日志。有两个账户曾经短暂无法连接，但是没有丢失任何一次调用。她记下时间，打开配置文件，把速度最慢的服务商的权重降低三分之一，然后写一份简短的报告发给团队。下午还要开会讨论下个季度的预算。`,
  },
  {
    name: 'Japanese',
    kind: 'prose',
    text: `毎朝、彼女はまず夜間の記録を読みます。二つのアカウントに一時的につながりませんでしたが、呼び出しは一つも失われていません。時刻を書き留め、設定ファイルを開いて、最も遅い事業者の重みを三分の一だけ下げます。それからチームに短い報告を書きました。`,
  },
  {
    name: 'Korean',
    kind: 'prose',
    text: `매일 아침 그녀는 먼저 지난밤의 기록을 읽습니다. 두 계정에 잠시 연결할 수 없었지만 호출은 하나도 잃지 않았습니다. 시간을 적고 설정 파일을 열어 가장 느린 업체의 가중치를 삼분의 일만큼 낮춘 다음 팀에 짧은 보고서를 보냅니다.`,
  },
  {
    name: 'Arabic',
    kind: 'prose',
    text: `في كل صباح تقرأ المسؤولة سجل الليلة الماضية أولا. لم يكن الوصول إلى حسابين ممكنا لفترة قصيرة، لكن لم تضع أي مكالمة. تكتب الوقت وتفتح ملف الإعدادات وتخفض وزن المزود الأبطأ بمقدار الثلث.`,
  },
  {
    name: 'Hindi',
    kind: 'prose',
    text: `हर सुबह वह पहले पिछली रात का रिकॉर्ड पढ़ती है। दो खाते थोड़ी देर के लिए उपलब्ध नहीं थे, लेकिन कोई भी कॉल खोई नहीं। वह समय लिखती है, फ़ाइल खोलती है और सबसे धीमे प्रदाता का भार एक तिहाई कम कर देती है।`,
  },
  {
    name: 'TypeScript',
    kind: 'code',
    text: `export class Breaker {
  #failures = 0
  #openUntil = 0

  constructor(private readonly now: () => number, private readonly limit = 5) {}

  /** Whether a call may pass. */
  allows(): boolean {
    return this.now() >= this.#openUntil
  }

  record(outcome: 'success' | 'failure'): void {
    if (outcome === 'success') {
      this.#failures = 0
      return
    }
    this.#failures += 1
    if (this.#failures >= this.limit) this.#openUntil = this.now() + 30_000
  }
}
`,
  },
  {
    name: 'Go',
    kind: 'code',
    text: `func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "request body too large", http.StatusRequestEntityTooLarge)
		return
	}
	for _, account := range s.accounts {
		if resp, err := account.Do(r.Context(), body); err == nil {
			defer resp.Body.Close()
			io.Copy(w, resp.Body)
			return
		}
	}
	http.Error(w, "no upstream account left", http.StatusBadGateway)
}
`,
    tolerance: 0.2,
  },
  {
    name: 'SQL',
    kind: 'code',
    text: `SELECT account_id, count(*) AS attempts, sum(input_tokens + output_tokens) AS tokens
FROM attempts
WHERE started_at >= now() - interval '7 days' AND status = 'success'
GROUP BY account_id
HAVING sum(cost_micros) > 1000000
ORDER BY tokens DESC
LIMIT 20;
`,
  },
  { name: 'a tool schema', kind: 'JSON', text: JSON.stringify({ ...tool }), tolerance: 0.18 },
  {
    name: 'records',
    kind: 'JSON',
    text: JSON.stringify([
      { order: 90_133, customer: 'Nakamura', total: 129.95, currency: 'EUR', paid: true, items: ['lamp', 'desk'] },
      { order: 90_134, customer: 'Okafor', total: 12.5, currency: 'USD', paid: false, items: [] },
    ]),
    tolerance: 0.15,
  },
  {
    name: 'a server log',
    kind: 'log',
    text: `10:41:07 info  request=gw-4417 key=ci model=gpt-5 upstream=azure-east status=200 ms=812 in=1034 out=288
10:41:09 warn  request=gw-4418 key=ci model=gpt-5 upstream=azure-east status=429 retry_after=12
10:41:09 info  request=gw-4418 key=ci model=gpt-5 upstream=openai-main status=200 ms=1201 in=998 out=310
`,
    tolerance: 0.15,
  },
]
