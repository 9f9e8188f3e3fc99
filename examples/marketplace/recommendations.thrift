/** What books are sorted by. */
enum BookCategory {
  MYSTERY,
  SCIENCE_FICTION,
  SELF_HELP,
}

struct RecommendationRequest {
  1: required i32 user_id,
  2: required BookCategory category,
  /** Fewer come where there are not so many. */
  3: i32 max_results = 3,
}

struct BookRecommendation {
  1: required i32 id,
  2: required string title,
  3: optional string author,
}

struct RecommendationResponse {
  1: required list<BookRecommendation> recommendations,
}

service Recommendations {
  /** Books of a category, another choice each time. NOT_FOUND where there is no such category. */
  RecommendationResponse recommend(1: RecommendationRequest request) (idempotent),
}
