//! The codes of the back end: which of its rules finds each, and how bad it is.
//!
//! Working this out from the back end's own tables costs more than reading a file does, so it is
//! written down, and a test compares.

use shuck_linter::Rule;

use crate::diagnostic::Severity::{self, Error, Info, Style, Warning};

/// A code and the rule that finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) rule: Rule,
    /// Whether the rule is known under another code to comments in the script.
    pub(super) is_renamed: bool,
    name: [u8; 6],
    pub(super) severity: Severity,
}

impl Code {
    /// `SC2086`
    pub(super) fn name(&self) -> &str {
        str::from_utf8(&self.name).unwrap_or_default()
    }
}

/// The code of what a rule finds, unless it is not looked for.
pub(super) fn code_of(rule: Rule) -> Option<&'static Code> {
    CODES.iter().find(|c| c.rule == rule)
}

const fn code(rule: Rule, name: &[u8; 6], severity: Severity) -> Code {
    Code {
        rule,
        is_renamed: false,
        name: *name,
        severity,
    }
}

const fn renamed(rule: Rule, name: &[u8; 6], severity: Severity) -> Code {
    Code {
        is_renamed: true,
        ..code(rule, name, severity)
    }
}

/// Every code that has a rule, in the order of the rules.
#[rustfmt::skip]
pub(super) static CODES: [Code; 270] = [
    code(Rule::UnusedAssignment, b"SC2034", Warning),
    code(Rule::DynamicSourcePath, b"SC1090", Warning),
    code(Rule::UntrackedSourceFile, b"SC1091", Info),
    code(Rule::UncheckedDirectoryChange, b"SC2164", Warning),
    code(Rule::SingleQuotedLiteral, b"SC2016", Info),
    code(Rule::UndefinedVariable, b"SC2154", Warning),
    code(Rule::FindOutputToXargs, b"SC2038", Warning),
    code(Rule::TrapStringExpansion, b"SC2064", Warning),
    code(Rule::QuotedBashRegex, b"SC2076", Warning),
    code(Rule::LineOrientedInput, b"SC2013", Info),
    code(Rule::LeadingGlobArgument, b"SC2035", Info),
    code(Rule::FindOutputLoop, b"SC2044", Warning),
    code(Rule::LocalTopLevel, b"SC2168", Error),
    code(Rule::SudoRedirectionOrder, b"SC2024", Warning),
    code(Rule::LoopControlOutsideLoop, b"SC2105", Error),
    code(Rule::ConstantCaseSubject, b"SC2194", Warning),
    code(Rule::EmptyTest, b"SC2212", Style),
    code(Rule::LeadingZeroArithmetic, b"SC2080", Error),
    code(Rule::AssignmentSpacing, b"SC1007", Warning),
    code(Rule::MissingBracketSpace, b"SC1019", Error),
    code(Rule::MissingSpaceBeforeBracketClose, b"SC1020", Error),
    code(Rule::JammedTestBracket, b"SC1035", Error),
    code(Rule::IndentedHeredocClose, b"SC1039", Error),
    code(Rule::PositionalTenBraces, b"SC1037", Error),
    code(Rule::BareDoneWord, b"SC1010", Warning),
    code(Rule::UnterminatedIf, b"SC1046", Error),
    code(Rule::MissingFi, b"SC1047", Error),
    code(Rule::BrokenTestEnd, b"SC1073", Error),
    code(Rule::BrokenTestParse, b"SC1072", Error),
    code(Rule::ElseIf, b"SC1075", Error),
    code(Rule::OpenDoubleQuote, b"SC1078", Warning),
    code(Rule::LinebreakInTest, b"SC1080", Error),
    code(Rule::CStyleComment, b"SC1127", Error),
    code(Rule::CPrototypeFragment, b"SC1132", Warning),
    code(Rule::BadRedirectionFdOrder, b"SC2210", Warning),
    code(Rule::BareGlobCommandPath, b"SC2211", Warning),
    code(Rule::DiffMarkerLine, b"SC2215", Warning),
    code(Rule::InvalidExitStatus, b"SC2242", Error),
    code(Rule::CasePatternVar, b"SC2254", Warning),
    code(Rule::TautologyChain, b"SC2252", Warning),
    code(Rule::ArithmeticRedirectionTarget, b"SC2257", Warning),
    code(Rule::DuplicateRedirect, b"SC2261", Error),
    code(Rule::AssignSpecialZero, b"SC2280", Error),
    code(Rule::PatternWithVariable, b"SC2295", Info),
    code(Rule::StatusCaptureAfterBranchTest, b"SC2319", Warning),
    code(Rule::SubstWithRedirect, b"SC2328", Error),
    code(Rule::SubstWithRedirectErr, b"SC2327", Warning),
    code(Rule::RedirectToCommandName, b"SC2238", Warning),
    code(Rule::NonAbsoluteShebang, b"SC2239", Error),
    code(Rule::TemplateBraceInCommand, b"SC2288", Warning),
    renamed(Rule::NestedParameterExpansion, b"SC2299", Error),
    code(Rule::OverwrittenFunction, b"SC2329", Info),
    code(Rule::IfMissingThen, b"SC1049", Error),
    renamed(Rule::ElseWithoutThen, b"SC1050", Error),
    renamed(Rule::MissingSemicolonBeforeBrace, b"SC1054", Error),
    renamed(Rule::EmptyFunctionBody, b"SC1055", Error),
    renamed(Rule::BareClosingBrace, b"SC1056", Error),
    code(Rule::BackslashBeforeClosingBacktick, b"SC1101", Error),
    code(Rule::PositionalParamAsOperator, b"SC1102", Error),
    code(Rule::DoubleParenGrouping, b"SC1105", Error),
    code(Rule::UnicodeQuoteInString, b"SC1110", Warning),
    code(Rule::ShebangNotOnFirstLine, b"SC1128", Error),
    code(Rule::CommentedContinuationLine, b"SC1143", Error),
    code(Rule::SubshellInArithmetic, b"SC2290", Error),
    code(Rule::UnquotedGlobsInFind, b"SC2014", Info),
    code(Rule::GlobInGrepPattern, b"SC2022", Info),
    code(Rule::GlobInStringComparison, b"SC2053", Warning),
    code(Rule::GlobInFindSubstitution, b"SC2061", Warning),
    code(Rule::UnquotedGrepRegex, b"SC2062", Warning),
    code(Rule::StderrBeforeStdoutRedirect, b"SC2069", Warning),
    code(Rule::RedirectClobbersInput, b"SC2094", Info),
    code(Rule::EscapedNegationInTest, b"SC2057", Warning),
    code(Rule::GlobInTestComparison, b"SC2081", Error),
    code(Rule::TildeInStringComparison, b"SC2088", Warning),
    code(Rule::IfDollarCommand, b"SC2091", Warning),
    code(Rule::BacktickInCommandPosition, b"SC2092", Warning),
    code(Rule::AssignmentLooksLikeComparison, b"SC2100", Warning),
    code(Rule::SuspiciousBracketGlob, b"SC2102", Info),
    code(Rule::FunctionCalledWithoutArgs, b"SC2120", Warning),
    code(Rule::SetFlagsWithoutDashes, b"SC2121", Warning),
    code(Rule::QuotedArraySlice, b"SC2124", Warning),
    code(Rule::QuotedBashSource, b"SC2128", Warning),
    code(Rule::IfsSetToLiteralBackslashN, b"SC2141", Warning),
    code(Rule::FindOrWithoutGrouping, b"SC2146", Warning),
    code(Rule::ExportWithPositionalParams, b"SC2163", Warning),
    renamed(Rule::AppendToArrayAsString, b"SC2179", Warning),
    code(Rule::DollarQuestionAfterCommand, b"SC2181", Style),
    code(Rule::UnsetAssociativeArrayElement, b"SC2184", Warning),
    code(Rule::GlobWithExpansionInLoop, b"SC2231", Info),
    code(Rule::AssignmentToNumericVariable, b"SC2270", Error),
    code(Rule::PlusPrefixInAssignment, b"SC2276", Error),
    code(Rule::RedirectBeforePipe, b"SC2260", Error),
    code(Rule::ExprSubstrInTest, b"SC2308", Info),
    code(Rule::AFlagInDoubleBracket, b"SC2331", Style),
    code(Rule::FunctionReferencesUnsetParam, b"SC2119", Info),
    code(Rule::UnreachableAfterExit, b"SC2317", Info),
    renamed(Rule::UnusedHeredoc, b"SC2188", Warning),
    code(Rule::UncheckedDirectoryChangeInFunction, b"SC2103", Info),
    code(Rule::ContinueOutsideLoopInFunction, b"SC2104", Error),
    code(Rule::CaseGlobReachability, b"SC2221", Warning),
    code(Rule::CaseDefaultBeforeGlob, b"SC2222", Warning),
    code(Rule::AppendWithEscapedQuotes, b"SC2089", Warning),
    code(Rule::VariableAsCommandName, b"SC2090", Warning),
    code(Rule::EnvPrefixExpansionOnly, b"SC2098", Warning),
    code(Rule::ArrayToStringConversion, b"SC2178", Warning),
    code(Rule::GetoptsOptionNotInCase, b"SC2213", Warning),
    code(Rule::CaseArmNotInGetopts, b"SC2214", Warning),
    code(Rule::LocalCrossReference, b"SC2318", Warning),
    code(Rule::UnicodeSingleQuoteInSingleQuotes, b"SC1112", Warning),
    code(Rule::HeredocMissingEnd, b"SC1044", Error),
    renamed(Rule::SpacedAssignment, b"SC2290", Error),
    code(Rule::BadVarName, b"SC2282", Error),
    renamed(Rule::LoopWithoutEnd, b"SC1061", Error),
    renamed(Rule::MissingDoneInForLoop, b"SC1061", Error),
    renamed(Rule::DanglingElse, b"SC1048", Error),
    code(Rule::MisquotedHeredocClose, b"SC1042", Error),
    renamed(Rule::UntilMissingDo, b"SC1058", Error),
    code(Rule::SubshellLocalAssignment, b"SC2030", Info),
    code(Rule::CommaArrayElements, b"SC2054", Warning),
    code(Rule::SubshellSideEffect, b"SC2031", Info),
    code(Rule::PossibleVariableMisspelling, b"SC2153", Info),
    code(Rule::IfBracketGlued, b"SC1069", Error),
    code(Rule::FunctionCalledBeforeDefined, b"SC2218", Error),
    code(Rule::ExprArithmetic, b"SC2003", Style),
    code(Rule::GrepCountPipeline, b"SC2126", Style),
    code(Rule::SubshellTestGroup, b"SC2235", Style),
    code(Rule::DoubleBracketInSh, b"SC3010", Warning),
    code(Rule::TestEqualityOperator, b"SC3014", Warning),
    code(Rule::LocalVariableInSh, b"SC3043", Warning),
    code(Rule::FunctionKeyword, b"SC2113", Warning),
    code(Rule::BashCaseFallthrough, b"SC2127", Error),
    code(Rule::ProcessSubstitution, b"SC3001", Warning),
    code(Rule::AnsiCQuoting, b"SC3003", Warning),
    code(Rule::BraceExpansion, b"SC3009", Warning),
    code(Rule::HereString, b"SC3011", Warning),
    code(Rule::StandaloneArithmetic, b"SC3006", Warning),
    code(Rule::SelectLoop, b"SC3008", Warning),
    code(Rule::Coproc, b"SC3032", Warning),
    code(Rule::AmpersandRedirection, b"SC3020", Warning),
    code(Rule::ArrayAssignment, b"SC3030", Warning),
    renamed(Rule::LetCommand, b"SC3039", Warning),
    code(Rule::DeclareCommand, b"SC3044", Warning),
    code(Rule::TrapErr, b"SC3047", Warning),
    code(Rule::IndirectExpansion, b"SC3053", Warning),
    code(Rule::ArrayReference, b"SC3054", Warning),
    code(Rule::BraceFdRedirection, b"SC3022", Warning),
    code(Rule::PipefailOption, b"SC3040", Warning),
    code(Rule::WaitOption, b"SC3045", Warning),
    code(Rule::SubstringExpansion, b"SC3057", Warning),
    code(Rule::CaseModificationExpansion, b"SC3059", Warning),
    code(Rule::ReplacementExpansion, b"SC3060", Warning),
    code(Rule::BashFileSlurp, b"SC3034", Warning),
    code(Rule::EchoFlags, b"SC3037", Warning),
    code(Rule::TrLowerRange, b"SC2018", Info),
    code(Rule::TrUpperRange, b"SC2019", Info),
    code(Rule::EchoBackslashEscapes, b"SC2028", Info),
    code(Rule::SourceBuiltinInSh, b"SC3046", Warning),
    code(Rule::PrintfQFormatInSh, b"SC3050", Warning),
    code(Rule::FunctionParamsInSh, b"SC1065", Error),
    code(Rule::ExtglobCase, b"SC1074", Error),
    renamed(Rule::ExtglobInCasePattern, b"SC1085", Error),
    code(Rule::ExtglobInSh, b"SC3002", Warning),
    code(Rule::CaretNegationInBracket, b"SC3026", Warning),
    code(Rule::ZshRedirPipe, b"SC1070", Error),
    code(Rule::ZshBraceIf, b"SC1140", Error),
    code(Rule::ZshAlwaysBlock, b"SC1141", Error),
    code(Rule::SourcedWithArgs, b"SC2240", Warning),
    code(Rule::ZshFlagExpansion, b"SC2296", Error),
    code(Rule::NestedZshSubstitution, b"SC2298", Error),
    code(Rule::PlusEqualsAppend, b"SC3024", Warning),
    code(Rule::ZshNestedExpansion, b"SC2082", Error),
    code(Rule::MultiVarForLoop, b"SC1058", Error),
    code(Rule::CshSyntaxInSh, b"SC1088", Error),
    code(Rule::CStyleForInSh, b"SC3005", Warning),
    code(Rule::DollarStringInSh, b"SC3004", Warning),
    code(Rule::LegacyArithmeticInSh, b"SC3007", Warning),
    code(Rule::CStyleForArithmeticInSh, b"SC3018", Warning),
    code(Rule::ArrayKeysInSh, b"SC3055", Warning),
    code(Rule::StarGlobRemovalInSh, b"SC3058", Warning),
    code(Rule::ZshParameterFlag, b"SC2300", Error),
    code(Rule::ZshArraySubscriptInCase, b"SC2195", Warning),
    code(Rule::ZshParameterIndexFlag, b"SC2301", Error),
    code(Rule::ExtglobInTest, b"SC1036", Error),
    code(Rule::FunctionKeywordInSh, b"SC2112", Warning),
    code(Rule::LexicalComparisonInDoubleBracket, b"SC3012", Warning),
    code(Rule::RegexMatchInSh, b"SC3015", Warning),
    code(Rule::VTestInSh, b"SC3016", Warning),
    code(Rule::ATestInSh, b"SC3017", Warning),
    code(Rule::AmpersandRedirectInSh, b"SC3021", Warning),
    renamed(Rule::PipeStderrInSh, b"SC3029", Warning),
    code(Rule::HyphenatedFunctionName, b"SC3033", Warning),
    code(Rule::ErrexitTrapInSh, b"SC3041", Warning),
    code(Rule::SignalNameInTrap, b"SC3048", Warning),
    code(Rule::BasePrefixInArithmetic, b"SC3052", Warning),
    renamed(Rule::UnsetPatternInSh, b"SC3056", Warning),
    code(Rule::OptionTestInSh, b"SC3062", Warning),
    code(Rule::StickyBitTestInSh, b"SC3065", Warning),
    code(Rule::OwnershipTestInSh, b"SC3067", Warning),
    code(Rule::SourceInsideFunctionInSh, b"SC3051", Warning),
    code(Rule::RmGlobOnVariablePath, b"SC2115", Warning),
    code(Rule::SshLocalExpansion, b"SC2029", Info),
    code(Rule::EvalOnArray, b"SC2294", Warning),
    code(Rule::FindExecDirWithShell, b"SC2156", Warning),
    code(Rule::UnquotedExpansion, b"SC2086", Info),
    code(Rule::ReadWithoutRaw, b"SC2162", Info),
    code(Rule::LoopFromCommandOutput, b"SC2045", Error),
    code(Rule::UnquotedCommandSubstitution, b"SC2046", Warning),
    code(Rule::LegacyBackticks, b"SC2006", Style),
    code(Rule::LegacyArithmeticExpansion, b"SC2007", Style),
    code(Rule::PrintfFormatVariable, b"SC2059", Info),
    code(Rule::UnquotedArrayExpansion, b"SC2068", Error),
    code(Rule::EchoedCommandSubstitution, b"SC2005", Style),
    code(Rule::ExportCommandSubstitution, b"SC2155", Warning),
    code(Rule::CompoundTestOperator, b"SC2166", Warning),
    code(Rule::PsGrepPipeline, b"SC2009", Info),
    code(Rule::LsGrepPipeline, b"SC2010", Warning),
    code(Rule::UnquotedDollarStar, b"SC2048", Warning),
    code(Rule::QuotedDollarStarLoop, b"SC2066", Error),
    code(Rule::UnquotedArraySplit, b"SC2206", Warning),
    code(Rule::CommandOutputArraySplit, b"SC2207", Warning),
    code(Rule::PositionalArgsInString, b"SC2145", Error),
    code(Rule::SingleIterationLoop, b"SC2043", Warning),
    code(Rule::BareCommandNameAssignment, b"SC2209", Warning),
    code(Rule::BareRead, b"SC3061", Warning),
    code(Rule::RedundantSpacesInEcho, b"SC2291", Info),
    code(Rule::EchoToSedSubstitution, b"SC2001", Style),
    code(Rule::UnquotedWordBetweenQuotes, b"SC2026", Info),
    code(Rule::SuWithoutFlag, b"SC2117", Info),
    code(Rule::GlobAssignedToVariable, b"SC2125", Warning),
    code(Rule::CommandSubstitutionInAlias, b"SC2139", Warning),
    code(Rule::FunctionInAlias, b"SC2142", Error),
    code(Rule::DeprecatedTempfileCommand, b"SC2186", Warning),
    code(Rule::EgrepDeprecated, b"SC2196", Info),
    code(Rule::FgrepDeprecated, b"SC2197", Info),
    code(Rule::DefaultValueInColonAssign, b"SC2223", Info),
    code(Rule::XargsWithInlineReplace, b"SC2267", Info),
    code(Rule::XPrefixInTest, b"SC2268", Style),
    code(Rule::LeadingGlobInGrepPattern, b"SC2063", Warning),
    code(Rule::TrapSignalNumbers, b"SC2172", Warning),
    code(Rule::GetoptsInvalidFlagHandler, b"SC2220", Warning),
    code(Rule::DoubleQuoteNesting, b"SC2027", Warning),
    code(Rule::EnvPrefixCommandOnly, b"SC2097", Warning),
    code(Rule::MixedQuoteWord, b"SC2140", Warning),
    code(Rule::BraceVariableBeforeBracket, b"SC1087", Error),
    code(Rule::UnquotedTrRange, b"SC2021", Info),
    code(Rule::LsPipedToXargs, b"SC2011", Warning),
    code(Rule::LsInSubstitution, b"SC2012", Info),
    code(Rule::EchoInsideCommandSubstitution, b"SC2116", Style),
    code(Rule::GrepOutputInTest, b"SC2143", Style),
    code(Rule::AvoidLetBuiltin, b"SC2219", Style),
    code(Rule::ArrayIndexArithmetic, b"SC2321", Style),
    code(Rule::ArithmeticScoreLine, b"SC2323", Style),
    code(Rule::DollarInArithmetic, b"SC2004", Style),
    code(Rule::EscapedUnderscore, b"SC1001", Info),
    code(Rule::SingleQuoteBackslash, b"SC1003", Info),
    code(Rule::SuspectClosingQuote, b"SC1079", Info),
    code(Rule::LiteralBraces, b"SC1083", Warning),
    code(Rule::HeredocEndSpace, b"SC1118", Error),
    code(Rule::TrailingDirective, b"SC1126", Error),
    code(Rule::LiteralBackslashInSingleQuotes, b"SC1011", Warning),
    code(Rule::LiteralControlEscape, b"SC1012", Warning),
    code(Rule::FunctionBodyWithoutBraces, b"SC1064", Error),
    code(Rule::LocalDeclareCombined, b"SC2316", Error),
    code(Rule::IfsEqualsAmbiguity, b"SC1097", Error),
    code(Rule::MissingShebangLine, b"SC2148", Error),
    code(Rule::DuplicateShebangFlag, b"SC2096", Error),
    code(Rule::LinebreakBeforeAnd, b"SC1133", Error),
    code(Rule::SpacedTabstripClose, b"SC1040", Error),
    code(Rule::AmpersandSemicolon, b"SC1045", Error),
    code(Rule::CombineAppends, b"SC2129", Style),
];

#[cfg(test)]
mod tests {
    use shuck_linter::{ShellCheckCodeMap, ShellCheckLevel, rule_metadata};

    use super::*;

    /// Rules under a code that ShellCheck gives to something else or to nothing: the code it gives to
    /// what they find.
    const RENAMED: [(&str, &str); 16] = [
        ("SC2264", "SC2299"),
        ("SC2271", "SC1050"),
        ("SC2272", "SC1054"),
        ("SC2273", "SC1055"),
        ("SC2274", "SC1056"),
        ("SC2277", "SC1085"),
        ("SC2336", "SC2179"),
        ("SC2370", "SC2188"),
        ("SC2387", "SC2290"),
        ("SC2389", "SC1061"),
        ("SC2390", "SC1061"),
        ("SC2391", "SC1048"),
        ("SC2396", "SC1058"),
        ("SC3042", "SC3039"),
        ("SC3073", "SC3029"),
        ("SC3079", "SC3056"),
    ];

    /// Rules that find what ShellCheck does not complain of, or under another code something else, and
    /// those whose findings are told from the commands of the script.
    const DROPPED: [&str; 46] = [
        "SC1004", "SC1041", "SC1076", "SC1089", "SC1114", "SC1115", "SC2015", "SC2020", "SC2036",
        "SC2050", "SC2060", "SC2065", "SC2070", "SC2071", "SC2072", "SC2078", "SC2123", "SC2144",
        "SC2157", "SC2158", "SC2159", "SC2160", "SC2182", "SC2183", "SC2193", "SC2198", "SC2199",
        "SC2202", "SC2203", "SC2208", "SC2216", "SC2217", "SC2224", "SC2225", "SC2226", "SC2233",
        "SC2255", "SC2259", "SC2265", "SC2266", "SC2269", "SC2309", "SC2333", "SC2339", "SC2399",
        "SC3083",
    ];

    /// Codes that ShellCheck gives another level.
    const ERRORS: [&str; 3] = ["SC1036", "SC2078", "SC2290"];

    fn expected((number, rule): (u32, Rule)) -> Option<Code> {
        let own = format!("SC{number:04}");
        if DROPPED.contains(&own.as_str()) {
            return None;
        }
        let other = RENAMED.iter().find(|(from, _)| *from == own);
        let name = other.map_or(own.as_str(), |(_, to)| *to);
        let severity = match rule_metadata(rule).and_then(|m| m.shellcheck_level) {
            _ if ERRORS.contains(&name) => Error,
            Some(ShellCheckLevel::Style) => Style,
            Some(ShellCheckLevel::Info) => Info,
            Some(ShellCheckLevel::Error) => Error,
            Some(ShellCheckLevel::Warning) | None => Warning,
        };
        let make = if other.is_some() { renamed } else { code };
        Some(make(rule, name.as_bytes().try_into().ok()?, severity))
    }

    #[test]
    fn the_codes_are_those_of_the_back_end() {
        let map = ShellCheckCodeMap::default();
        let codes = Rule::iter().filter_map(|rule| Some((map.code_for_rule(rule)?, rule)));
        let codes: Vec<Code> = codes.filter_map(expected).collect();
        let line = |c: &Code| {
            let make = if c.is_renamed { "renamed" } else { "code" };
            let (rule, name) = (c.rule, c.name());
            format!(
                "    {make}(Rule::{rule:?}, b\"{name}\", {:?}),\n",
                c.severity
            )
        };
        let expected: String = codes.iter().map(line).collect();
        let written: String = CODES.iter().map(line).collect();
        assert!(written == expected, "the codes are\n{expected}");
    }
}
