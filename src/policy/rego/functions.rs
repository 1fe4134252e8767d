//! The functions that buildx lets policies call, and which of them can be evaluated here.

use Evaluated::{Elsewhere, Here};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Evaluated {
    Here,
    /// The evaluator has it not, or its answers change.
    Elsewhere,
}

/// Whether buildx knows a function.
pub(super) fn is_known(name: &str) -> bool {
    place(name).is_some() || name.starts_with("yaml.")
}

/// Whether buildx has a function that the evaluator here has not, or whose answers change.
pub(super) fn is_elsewhere(name: &str) -> bool {
    place(name) == Some(Elsewhere)
}

fn place(name: &str) -> Option<Evaluated> {
    let at = FUNCTIONS.binary_search_by(|(known, _)| (*known).cmp(name));
    FUNCTIONS.get(at.ok()?).map(|(_, place)| *place)
}

static FUNCTIONS: [(&str, Evaluated); 155] = [
    ("abs", Here),
    ("all", Elsewhere),
    ("and", Here),
    ("any", Elsewhere),
    ("array.concat", Here),
    ("array.flatten", Elsewhere),
    ("array.reverse", Here),
    ("array.slice", Here),
    ("artifact_attestation", Here),
    ("assign", Here),
    ("base64.decode", Elsewhere),
    ("base64.encode", Elsewhere),
    ("base64.is_valid", Elsewhere),
    ("base64url.decode", Elsewhere),
    ("base64url.encode", Elsewhere),
    ("base64url.encode_no_pad", Elsewhere),
    ("bits.and", Here),
    ("bits.lsh", Here),
    ("bits.negate", Here),
    ("bits.or", Here),
    ("bits.rsh", Here),
    ("bits.xor", Here),
    ("cast_array", Elsewhere),
    ("cast_boolean", Elsewhere),
    ("cast_null", Elsewhere),
    ("cast_object", Elsewhere),
    ("cast_set", Elsewhere),
    ("cast_string", Elsewhere),
    ("ceil", Here),
    ("concat", Here),
    ("contains", Here),
    ("count", Here),
    ("div", Here),
    ("docker_github_builder", Here),
    ("docker_github_builder_bundle", Here),
    ("docker_github_builder_signature", Here),
    ("docker_github_builder_tag", Here),
    ("endswith", Here),
    ("eq", Here),
    ("equal", Here),
    ("floor", Here),
    ("format_int", Here),
    ("github_attestation", Here),
    ("github_release_attestation", Here),
    ("glob.match", Here),
    ("glob.quote_meta", Here),
    ("gt", Here),
    ("gte", Here),
    ("hex.decode", Elsewhere),
    ("hex.encode", Elsewhere),
    ("indexof", Here),
    ("indexof_n", Here),
    ("internal.member_2", Here),
    ("internal.member_3", Here),
    ("internal.print", Here),
    ("internal.template_string", Here),
    ("intersection", Here),
    ("is_array", Here),
    ("is_boolean", Here),
    ("is_null", Here),
    ("is_number", Here),
    ("is_object", Here),
    ("is_set", Here),
    ("is_string", Here),
    ("json.filter", Here),
    ("json.is_valid", Here),
    ("json.marshal", Here),
    ("json.marshal_with_options", Elsewhere),
    ("json.patch", Elsewhere),
    ("json.remove", Here),
    ("json.unmarshal", Here),
    ("load_json", Here),
    ("lower", Here),
    ("lt", Here),
    ("lte", Here),
    ("max", Here),
    ("min", Here),
    ("minus", Here),
    ("mul", Here),
    ("neq", Here),
    ("numbers.range", Here),
    ("numbers.range_step", Here),
    ("object.filter", Here),
    ("object.get", Here),
    ("object.keys", Here),
    ("object.remove", Here),
    ("object.subset", Here),
    ("object.union", Here),
    ("object.union_n", Here),
    ("or", Here),
    ("pin_image", Here),
    ("plus", Here),
    ("print", Here),
    ("product", Here),
    ("rand.intn", Elsewhere),
    ("re_match", Elsewhere),
    ("regex.find_all_string_submatch_n", Here),
    ("regex.find_n", Here),
    ("regex.globs_match", Elsewhere),
    ("regex.is_valid", Here),
    ("regex.match", Here),
    ("regex.replace", Here),
    ("regex.split", Here),
    ("regex.template_match", Here),
    ("rem", Here),
    ("replace", Here),
    ("round", Here),
    ("semver.compare", Here),
    ("semver.is_valid", Here),
    ("set_diff", Here),
    ("sort", Here),
    ("split", Here),
    ("sprintf", Here),
    ("startswith", Here),
    ("strings.any_prefix_match", Here),
    ("strings.any_suffix_match", Here),
    ("strings.count", Here),
    ("strings.render_template", Elsewhere),
    ("strings.replace_n", Here),
    ("strings.reverse", Here),
    ("substring", Here),
    ("sum", Here),
    ("time.add_date", Elsewhere),
    ("time.clock", Elsewhere),
    ("time.date", Elsewhere),
    ("time.diff", Elsewhere),
    ("time.format", Elsewhere),
    ("time.now_ns", Elsewhere),
    ("time.parse_duration_ns", Elsewhere),
    ("time.parse_ns", Elsewhere),
    ("time.parse_rfc3339_ns", Elsewhere),
    ("time.weekday", Elsewhere),
    ("to_number", Here),
    ("trim", Here),
    ("trim_left", Here),
    ("trim_prefix", Here),
    ("trim_right", Here),
    ("trim_space", Here),
    ("trim_suffix", Here),
    ("type_name", Here),
    ("union", Here),
    ("units.parse", Here),
    ("units.parse_bytes", Here),
    ("upper", Here),
    ("urlquery.decode", Elsewhere),
    ("urlquery.decode_object", Elsewhere),
    ("urlquery.encode", Elsewhere),
    ("urlquery.encode_object", Elsewhere),
    ("uuid.parse", Elsewhere),
    ("uuid.rfc4122", Elsewhere),
    ("verify_git_signature", Here),
    ("verify_http_pgp_signature", Here),
    ("yaml.is_valid", Elsewhere),
    ("yaml.marshal", Elsewhere),
    ("yaml.unmarshal", Elsewhere),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_by_their_names() {
        assert!(FUNCTIONS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(is_known("sprintf") && !is_elsewhere("sprintf"));
        assert!(is_known("time.now_ns") && is_elsewhere("time.now_ns"));
        assert!(!is_known("http.send") && !is_elsewhere("http.send"));
    }
}
