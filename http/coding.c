#include "http/coding.h"

#define WEIGHT_MAX 1000

/* The q of "gzip;q=0.5" in thousandths, without it the highest; 0 if it is malformed. */
static unsigned weight_of(struct text parameters)
{
	struct text name = text_trim(text_take_until(&parameters, '='));
	struct text value = text_trim(parameters);
	unsigned weight, unit = WEIGHT_MAX;

	if (!name.len)
		return WEIGHT_MAX;
	if (!text_is_nocase(name, "q") || !value.len || value.s[0] < '0' ||
	    value.s[0] > '1')
		return 0;
	weight = (unsigned)(value.s[0] - '0') * WEIGHT_MAX;
	for (size_t i = 1; i < value.len; i++) {
		unsigned digit = (unsigned char)value.s[i] - '0';

		if (i == 1 ? value.s[i] != '.' : digit > 9)
			return 0;
		if (i > 1)
			weight += digit * (unit /= 10);
	}
	return weight < WEIGHT_MAX ? weight : WEIGHT_MAX;
}

bool coding_prefers_gzip(struct text value)
{
	unsigned gzip = 0, identity = 0;

	while (value.len) {
		struct text parameters = text_take_until(&value, ',');
		struct text coding = text_trim(text_take_until(&parameters, ';'));

		if (text_is_nocase(coding, "gzip") || text_is_nocase(coding, "x-gzip"))
			gzip = weight_of(parameters);
		else if (text_is_nocase(coding, "identity"))
			identity = weight_of(parameters);
	}
	return gzip > 0 && gzip >= identity;
}
