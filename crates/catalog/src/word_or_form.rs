//! Enums that are written as a bare word or as a map with one key.

/// Reads an enum whose forms are either a bare word or a map with one key.
macro_rules! word_or_form {
    ($type:ident, $form:ident, $name:literal, $expected:literal, { $($word:literal => $unit:expr),+ }) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct WordOrForm;
                impl<'de> serde::de::Visitor<'de> for WordOrForm {
                    type Value = $type;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!($("`", $word, "` or ",)+ $expected))
                    }
                    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<$type, E> {
                        match word {
                            $($word => Ok($unit),)+
                            other => Err(E::unknown_variant(other, &[$($word),+])),
                        }
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<$type, A::Error> {
                        let form = <$form as serde::Deserialize>::deserialize(serde::de::value::MapAccessDeserializer::new(map));
                        form.map($type::Form).map_err(|error: A::Error| {
                            let message = error.to_string();
                            let alone = [$($word),+].into_iter().find(|word| message.contains(&format!("unknown variant `{word}`")));
                            match alone {
                                Some(word) => serde::de::Error::custom(format!("`{word}` stands alone here, without braces and settings")),
                                None => error,
                            }
                        })
                    }
                }
                deserializer.deserialize_any(WordOrForm)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $(if *self == $unit {
                    return serializer.serialize_str($word);
                })+
                match self {
                    $type::Form(form) => form.serialize(serializer),
                    _ => Err(serde::ser::Error::custom(concat!("a ", $name, " without a word for it"))),
                }
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let form = generator.subschema_for::<$form>();
                schemars::json_schema!({ "anyOf": [ { "enum": [$($word),+] }, form ] })
            }
        }
    };
}
pub(crate) use word_or_form;
